import pytest

from tests.races.conftest import member, other_till, shopper, till  # noqa: F401
from tests.servers import WebServer
from tests.wechat.fixtures import APPID, SECRET, Phones, wechat_server  # noqa: F401
from tests.wechat.pay_sandbox import sandbox, sandbox_of_session, sandbox_process  # noqa: F401


@pytest.fixture
def web(server_db, tmp_path, wechat_server):  # noqa: F811
    """A real web server that speaks to the WeChat stand-in as it would to WeChat."""
    wechat = {
        "DISTRICT_WECHAT_APPID": APPID,
        "DISTRICT_WECHAT_SECRET": SECRET,
        "DISTRICT_WECHAT_BASE": wechat_server.base,
    }
    server = WebServer(env={**server_db.env, **wechat}, folder=tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def wechat_code(wechat_server):  # noqa: F811
    """What a person's phone would hand us: a fresh login code."""
    return Phones(wechat_server.base).login_code
