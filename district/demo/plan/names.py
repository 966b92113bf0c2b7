"""Word lists and how names are made of them. Every word is invented; no brand and no person is meant."""

from collections.abc import Iterator
from itertools import cycle
from random import Random

from district.demo.plan.random_streams import random_stream, shuffle

# For each trade: the first parts, each used once in the whole district, and what may follow.
_NAME_PARTS = """
hotpot       沸川 椒响 九滚 满汀 红泥炉 山集 / 老火锅 牛油火锅 铜锅涮肉 鲜牛肉锅 菌汤锅
cuisine      穗安里 渔归处 灶上青 柴火间 江湾里 半亩塘 竹外桃 四季桌 豆棚下 望山阁 / 小馆 私房菜 家常菜 土菜馆 食府
noodles      一箸 巷口老井 汤浓浓 半碗山 弯弯桥 晨炊 禾下 / 面馆 牛肉面 米粉铺 小面 拌面馆
barbecue     夜燎 炭上 星燎 三更巷 铁签子 阿烈 火塘边 / 烧烤 烤肉铺 小串 烤鱼 夜宵档
japanese     松间 鹤里 木叶庭 一鲭 南浦 / 日料 寿司 拉面 定食屋 韩式烤肉
western      橡木桌 白兰叉 港湾灯 鹿角 / 西餐厅 牛排馆 意面屋 小酒馆
fast_food    饭来啦 双拼王 有谷 小饭包 热灶台 / 快餐 盖饭 简餐 便当
bakery       麦垛 晨曦炉 糖霜街 小酥屋 云朵炉 甜穗 / 烘焙 面包房 蛋糕店 甜品铺
tea          叶知 半山叶 茶未凉 柚屿 野白 一盏青 荔枝湾 / 鲜茶 奶茶铺 柠檬茶 果茶
coffee       灰雀 迟到了 豆子街 六点半 慢船 纸风筝 / 咖啡 咖啡馆 手冲咖啡 咖啡烘焙
clothing     素缕 衣禾 木经纬 浅语 棉里 未央线 乔木集 初织 月白 弄风 云裁 野棉花 / 女装 男装 服饰 衣橱 成衣
shoes        履安 步履间 皮匠街 行囊客 轻步 / 鞋履 箱包 皮具 鞋店
beauty       花期 朱砂记 肌遇 镜中花 胭脂巷 素颜派 / 美妆 个护 护肤馆 彩妆
digital      像素街 比特屋 光圈社 矩阵角 声波岛 / 数码 电脑 手机 智能家电
playground   跳跳云 小树屋 泡泡岛 蜗牛城 / 亲子乐园 儿童乐园 探索馆
children     豆芽仔 糖豆屋 摇篮曲 小背篓 / 母婴 童装 童鞋
grocer       丰禾 万家灶 邻里仓 / 超市 生鲜超市 精品超市
convenience  转角灯 晨昏线 十二时 夜航 街心 / 便利店
books        纸上行 半页 灯下 逗号屋 墨渡 / 书店 文创 书屋 文具
cinema       星幕 光影里 银河厅 / 影城 影院
games        闲棋 夜欢 一局终 / 桌游吧 娱乐城 游戏厅
fitness      热汗 深蹲屋 律动盒 燃点 / 健身 瑜伽 普拉提
jewellery    金穗 琢玉轩 恒光 璞里 / 珠宝 金饰 玉器
pharmacy     百草里 康泉 杏林间 安和 / 药房 大药房
hair         剪间 发梢 青丝坊 镜前 / 美发 造型 美甲
pets         毛球屋 汪喵里 爪印 / 宠物店 宠物生活馆 宠物医院
heritage     福顺斋 恒裕昌 德润号 庆余坊 祥和泰 / 糕饼 酱园 茶庄 卤味
optics       明野 清视 望远 / 眼镜 视光中心
home         木作 拾屋 素居 一室 / 家居 生活馆 家纺
flowers      花信 枝上 野蔷 / 花坊 花艺 鲜花店
"""

_ADJECTIVES = """爱吃辣 爱喝茶 不加糖 早睡 熬夜 追剧 晒太阳 淋雨 迷路 发呆 爱笑 慢半拍 随风 半糖 微醺 逛不停
想放假 赶地铁 听雨 看云 数星星 爱攒钱 会做饭 怕冷 路痴 爱拍照 不吃香菜 周末 雨天 夏夜""".split()  # noqa: SIM905
_NOUNS = """橘子 鲸鱼 柚子 山雀 年糕 汤圆 松果 向日葵 海盐 麻薯 芋头 栗子 石榴 桂花 月亮 云朵 小满 豆包 土豆 番茄
白鹭 刺猬 水獭 企鹅 柴犬 橘猫 兔子 浣熊 青蛙 蜗牛 银杏 薄荷 茉莉 雪梨 荔枝 糯米 花卷 馄饨 可可 布丁""".split()  # noqa: SIM905
_TAILS = "同学 先生 妈妈 爸爸 酱 小姐 爱生活 在路上 呀 一家".split()  # noqa: SIM905
_SHORT = "阿圆 小鹿 阿柚 小豆 阿橘 小禾 阿星 小舟 阿宝 麦麦 阿川 小雨 团团 糖糖 阿茶 小夏".split()  # noqa: SIM905
_SURNAMES = "陈林黄何郭罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡"


def merchant_names(trade: str) -> Iterator[tuple[str, str]]:
    """First part and whole name, shop after shop; a first part never comes twice."""
    firsts, lasts = _name_parts()[trade]
    stream = random_stream("shop names", trade)
    pairs = zip(shuffle(stream, firsts), cycle(shuffle(stream, lasts)), strict=False)
    return ((first, f"{first}{last}") for first, last in pairs)


def nickname(stream: Random) -> str:
    """As people call themselves in WeChat; two may choose the same."""
    noun, kind = stream.choice(_NOUNS), stream.random()
    if kind < 0.45:  # noqa: PLR2004
        return f"{stream.choice(_ADJECTIVES)}的{noun}"
    if kind < 0.75:  # noqa: PLR2004
        return f"{noun}{stream.choice(_TAILS)}"
    if kind < 0.9:  # noqa: PLR2004
        return f"{noun}{stream.randrange(10, 100)}"
    return stream.choice(_SHORT)


def staff_name(stream: Random, post: str) -> str:
    """A surname and a post, as one speaks of colleagues: 陈店长."""
    return f"{stream.choice(_SURNAMES)}{post}"


def _name_parts() -> dict[str, tuple[list[str], list[str]]]:
    shops = {}
    for line in _NAME_PARTS.strip().splitlines():
        code, words = line.split(maxsplit=1)
        firsts, lasts = words.split("/")
        shops[code] = (firsts.split(), lasts.split())
    return shops
