"""Cache warming: the most requested reads are filled before anybody requests them."""
