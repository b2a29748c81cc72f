"""Language models with something added: each wraps a model and is one itself.

retried     what may pass is tried again
limited     so many requests at once, and a minute
priced      what a reply cost
recorded    replies recorded in a file, and replayed without a model
traced      OpenTelemetry spans
"""
