"""The demonstration: a fictional retailer with a year of made-up figures, written through the services of the product."""
