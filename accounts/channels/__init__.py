"""The one table of channels by which a notice leaves the application; each has its module."""

from __future__ import annotations

from accounts.channels import chat, mail, push
from accounts.channels.base import Way
from accounts.models.notice import Channel

CHANNELS: dict[Channel, Way] = {
    Channel.MAIL: mail.WAY,
    Channel.PUSH: push.WAY,
    Channel.CHAT: chat.WAY,
}
