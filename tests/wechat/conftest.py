from tests.wechat.fixtures import client_of, wechat, wechat_server, weixin

__all__ = ["client_of", "wechat", "wechat_server", "weixin"]
