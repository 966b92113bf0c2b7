"""The sandbox's `/`: which addresses there are, for a person who opens the printed one."""

from html import escape
from inspect import getdoc

from district.wechat.sandbox import control
from district.wechat.sandbox.pay.page import pay_section
from district.wechat.sandbox.pay.pay_state import PayState
from district.wechat.sandbox.pay.routes import ROUTES as PAY_ROUTES
from district.wechat.sandbox.routes import ROUTES

# What a person may simply open; the others change something and want their fields.
_EXAMPLE_LINKS = (
    ("login-code?person=demo-1", "会员 demo-1 的登录码（wx.login）：五分钟内有效，只能用一次"),
    ("phone-code?person=demo-1", "会员 demo-1 的手机号授权码（getPhoneNumber）"),
    ("counters", "各接口被调用的次数和结果"),
)
_PAGE = """<!DOCTYPE html>
<html lang="zh-hans">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1.0">
<title>微信沙箱</title>
<style>
body {{ margin: 0 auto; max-width: 44rem; padding: 1.5rem; color: #334155; background: #f8fafc;
  font-family: system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif; line-height: 1.7; }}
h1 {{ font-size: 1.5rem; }} h2 {{ font-size: 1.1rem; margin-top: 2rem; }}
li {{ margin: .5rem 0; }} fieldset {{ margin: .75rem 0; border: 1px solid #cbd5e1; }} input {{ max-width: 9rem; }} a {{ color: #1d4ed8; }} code {{ overflow-wrap: anywhere; }}
@media (prefers-color-scheme: dark) {{
  body {{ color: #cbd5e1; background: #0f172a; }} a {{ color: #93c5fd; }} }}
</style></head>
<body>
<h1>微信沙箱</h1>
<p>在本机代替微信回答商圈的服务器，地址 <code>{base}</code>。这里没有真实的人和号码。</p>
<h2>打开即可</h2>
<ul>{to_open}</ul>
{pay}
<h2>全部控制地址</h2>
<p>字段写在地址里（<code>?name=value</code>），或作为 JSON 对象用 POST 发送。</p>
<ul>{controls}</ul>
<h2>代替微信回答的地址</h2>
<ul>{routes}</ul>
</body></html>
"""


def front_page(base: str, pay: PayState) -> str:
    """The page as HTML; it names every control and every address the stand-in answers at."""
    return _PAGE.format(
        base=escape(base),
        pay=pay_section(pay),
        to_open="".join(
            f'<li><a href="/_control/{address}"><code>/_control/{address}</code></a><br>{words}</li>'
            for address, words in _EXAMPLE_LINKS
        ),
        controls="".join(
            f"<li><code>/_control/{name}</code> {escape(_first_line(act))}</li>"
            for name, act in sorted(control.CONTROLS.items())
        ),
        routes="".join(
            f"<li><code>{escape(path)}</code></li>"
            for path in sorted([*ROUTES, *(route.path for route in PAY_ROUTES)])
        ),
    )


def _first_line(act: object) -> str:
    return (getdoc(act) or "").split("\n", 1)[0]
