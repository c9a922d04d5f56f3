"""A Kafka of one's own: with Docker where an engine answers, with Java and Maven where not.

cli       what was asked: up, down, status, logs, wipe, jars
layout    a cluster's nodes, ports and settings, kept in .kafka/PORT/cluster.json
ports     which ports are free, and whether something listens
probe     is it ready? Two requests, written by hand
compose   the way with Docker
jars      what Maven brings
node      one broker process of the way with Java
java      the way with Java: format, start and stop all nodes

Only the standard library: this runs before .venv exists.
"""
