"""Which channels are set up in this district."""

from collections.abc import Callable

from district.payments.channels.base import PaymentChannel
from district.payments.channels.unionpay import unionpay_channel
from district.payments.channels.wechat import WechatChannel, wechat_channel
from district.payments.errors import ChannelNotOffered

# A factory gives None where the settings say nothing of its channel.
FACTORIES: dict[str, Callable[[], PaymentChannel | None]] = {
    "wechat": wechat_channel,
    "unionpay": unionpay_channel,
}
# What a channel is called though it is not set up (any more).
_LABELS = {WechatChannel.name: WechatChannel.label}


def channel_of(name: str) -> PaymentChannel:
    """A channel by its name. Raises ChannelNotOffered."""
    factory = FACTORIES.get(name)
    channel = factory() if factory else None
    if channel is None:
        raise ChannelNotOffered(channel=name)
    return channel


def offered_channels() -> list[PaymentChannel]:
    """Every channel that is set up."""
    return [channel for factory in FACTORIES.values() if (channel := factory()) is not None]


def channel_text(name: str) -> str:
    """What a channel is called on the screen, also one that is no longer set up."""
    for channel in offered_channels():
        if channel.name == name:
            return str(channel.label)
    return str(_LABELS.get(name, name))
