"""Airflow as an installation of the hub runs it: its home, its database, its pools, its servers, and its REST API. Imports no Airflow."""
