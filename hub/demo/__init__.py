"""The whole hub on one machine: Airflow and its processes, fake departments, the pages, and what a demo has to show."""
