"""How a fake department answers a call: sign-in, signatures, REST, SOAP and sealed bodies."""
