from django.apps import AppConfig


class ReplayConfig(AppConfig):
    name = "district.replay"
    label = "replay"
