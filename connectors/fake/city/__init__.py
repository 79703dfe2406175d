"""The invented world: people, companies, their licenses and what happened to them."""
