"""scripts/renew_jars: the list of Kafka's jars, as Maven resolves pom.xml."""
