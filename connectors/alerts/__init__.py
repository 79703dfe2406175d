"""An alert on its way out of the hub, by mail or to a webhook."""
