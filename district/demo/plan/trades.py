"""What lines of business there are, and how each behaves: prices, hours, where, when, at what terms."""

from dataclasses import dataclass
from typing import NamedTuple


class Peak(NamedTuple):
    """An hour around which people come, how widely, and how many of them."""

    hour: float
    spread: float
    share: float


@dataclass(frozen=True)
class PlannedTrade:
    """One line of business."""

    code: str
    name: str
    merchants: int  # of 120
    chain: float  # stores of a typical merchant
    visits: float  # how often a member buys in one store, against the others
    typical_fen: int
    spread: float
    grain_fen: int  # prices are multiples of this
    where: str  # mall, street, night, any
    floors: tuple[str, ...]
    hours: str
    rhythm: str
    seasons: str
    terms: str
    company: str


PEAKS: dict[str, tuple[Peak, ...]] = {
    "meals": (Peak(12.2, 0.8, 0.42), Peak(18.7, 1.0, 0.58)),
    "evening": (Peak(18.8, 1.2, 0.7), Peak(12.5, 0.8, 0.2), Peak(21.5, 1.2, 0.1)),
    "night": (Peak(19.5, 1.3, 0.45), Peak(22.8, 1.5, 0.55)),
    "breakfast": (Peak(7.8, 0.9, 0.45), Peak(12.1, 0.9, 0.4), Peak(18.2, 1.0, 0.15)),
    "afternoon": (Peak(14.8, 1.8, 0.6), Peak(19.3, 1.3, 0.4)),
    "office": (Peak(8.8, 0.8, 0.4), Peak(13.4, 1.0, 0.35), Peak(16.5, 1.5, 0.25)),
    "shopping": (Peak(15.3, 2.2, 0.6), Peak(19.5, 1.2, 0.4)),
    "household": (Peak(10.2, 1.4, 0.3), Peak(17.8, 1.5, 0.6), Peak(20.4, 0.8, 0.1)),
    "all_day": (Peak(8.2, 1.0, 0.25), Peak(12.8, 2.0, 0.25), Peak(18.5, 2.0, 0.3), Peak(22.8, 2.0, 0.2)),
    "show": (Peak(14.5, 2.0, 0.35), Peak(19.6, 1.2, 0.65)),
}  # fmt: skip

_TRADES = """
hotpot       火锅       5  2.6 1.3  21800 .40  100 any    5F,6F,4F    late     evening   leisure   food    餐饮管理
cuisine      地方菜     8  2.2 1.4  16800 .50  100 any    5F,6F,4F    split    meals     leisure   food    餐饮管理
noodles      面馆粉店   6  2.8 1.9   2600 .30  100 any    B1,4F       morning  breakfast daily     food    餐饮管理
barbecue     烧烤夜宵   6  1.8 1.3  13600 .45  100 night  5F          night    night     leisure   food    餐饮管理
japanese     日韩料理   4  2.4 1.1  14800 .45  100 mall   5F,4F       split    meals     leisure   food    餐饮管理
western      西餐酒馆   3  1.8 0.9  19800 .45  100 any    1F,5F       bar      evening   couples   food    餐饮管理
fast_food    快餐简餐   4  3.2 2.0   3200 .25  100 any    B1,5F       food     meals     office    food    餐饮管理
bakery       烘焙甜品   5  3.0 1.8   3800 .45   50 any    B1,1F       bakery   afternoon leisure   food    食品
tea          茶饮       6  4.6 2.6   2100 .35  100 any    B1,1F,2F    drinks   afternoon leisure   drinks  餐饮管理
coffee       咖啡       5  3.4 2.2   2900 .30  100 any    1F,2F,B1    coffee   office    office    drinks  餐饮管理
clothing     服饰      10  2.4 0.8  39900 .60 1000 mall   2F,3F,1F    mall     shopping  fashion   goods   服饰
shoes        鞋包       4  2.2 0.6  42900 .50 1000 mall   2F,1F,3F    mall     shopping  fashion   goods   商贸
beauty       美妆个护   5  2.6 1.0  18900 .60  100 mall   1F,B1,2F    mall     shopping  fashion   goods   商贸
digital      数码家电   4  2.0 0.4 129900 .90 1000 mall   4F,3F,2F    mall     shopping  sales     pricey  科技
playground   亲子乐园   3  1.6 1.0  12800 .35  100 mall   4F,3F       mall     afternoon kids      goods   文化传播
children     母婴童装   3  2.2 0.9  22900 .55  100 mall   4F,3F       mall     shopping  kids      goods   商贸
grocer       超市       2  2.6 4.2   9800 .75    1 mall   B1          early    household household grocer  商贸
convenience  便利店     4  6.6 2.8   2300 .55   10 any    B1,1F       all_day  all_day   daily     grocer  商贸
books        书店文创   4  1.8 0.9   6800 .60   10 any    3F,4F,2F    books    afternoon leisure   goods   文化传播
cinema       影院       2  1.6 2.4   8800 .40   10 mall   6F,5F,4F    cinema   show      cinema    food    文化传播
games        休闲娱乐   2  2.0 1.1  12900 .45  100 any    5F,4F       late     show      leisure   food    文化传播
fitness      健身       3  1.8 0.5  29900 .90 1000 mall   5F,4F,B1    gym      household daily     goods   体育发展
jewellery    珠宝       3  2.2 0.3 268000 .70 1000 mall   1F          mall     shopping  couples   pricey  珠宝
pharmacy     药店       3  2.8 1.1   6400 .60   10 any    B1,1F       pharmacy household daily     grocer  医药
hair         美发美甲   3  2.2 0.7  15800 .50  100 any    3F,4F,B1    mall     shopping  before    goods   形象设计
pets         宠物       2  1.8 0.7  16900 .55  100 any    B1,4F       mall     household daily     goods   宠物服务
heritage     老字号     4  1.6 1.2   7800 .55  100 street B1,1F       heritage household festive   food    食品
optics       眼镜       2  2.0 0.2  69800 .45 1000 mall   2F,3F       mall     shopping  daily     pricey  商贸
home         家居生活   3  2.0 0.6  16900 .65  100 mall   3F,4F,2F    mall     shopping  sales     goods   家居
flowers      花艺       2  1.8 0.4  12900 .45  100 any    1F,B1       mall     afternoon couples   goods   园艺
"""


def _read(line: str) -> PlannedTrade:
    code, name, merchants, chain, visits, typical, spread, grain, *words = line.split()
    where, floors, hours, rhythm, seasons, terms, company = words
    return PlannedTrade(
        code=code,
        name=name,
        merchants=int(merchants),
        chain=float(chain),
        visits=float(visits),
        typical_fen=int(typical),
        spread=float(spread),
        grain_fen=int(grain),
        where=where,
        floors=tuple(floors.split(",")),
        hours=hours,
        rhythm=rhythm,
        seasons=seasons,
        terms=terms,
        company=company,
    )


TRADES = tuple(map(_read, _TRADES.strip().splitlines()))
