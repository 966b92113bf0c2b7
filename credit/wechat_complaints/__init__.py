"""Complaints that payers make inside WeChat (消费者投诉 2.0), and the cases that they become here."""
