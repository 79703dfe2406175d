"""WHEN: the rhythm in which departments are pulled. The only room that imports Airflow.

Holds no logic: what a task does is the hub's business.
"""
