"""Routes that answer other departments: the sharing operations, the same over REST and SOAP."""
