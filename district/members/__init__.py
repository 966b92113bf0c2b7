"""Who people are: shoppers, staff, members and their cards."""
