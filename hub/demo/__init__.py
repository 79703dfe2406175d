"""The whole hub on one machine: fake departments, Airflow pulling them, and what a demo has to show."""
