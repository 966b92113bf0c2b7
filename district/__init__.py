"""The ground the apps stand on."""
