"""WeChat's parking by payment score (微信支付分停车): plates that are served, cars that came, charges after leaving."""
