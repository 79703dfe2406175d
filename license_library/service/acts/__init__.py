"""Questions and decisions with someone behind them: each is answered and recorded in one transaction."""
