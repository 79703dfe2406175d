"""What carries a fake's answers: HTTP, certificates, cut transmissions and the control route."""
