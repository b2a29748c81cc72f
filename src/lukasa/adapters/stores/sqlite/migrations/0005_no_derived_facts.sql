-- Nothing ever derived a fact from another one.

DROP TABLE fact_bases;
