from district.kernel.plugin import DistrictApp


class ReplayConfig(DistrictApp):
    name = "district.replay"
    label = "replay"
