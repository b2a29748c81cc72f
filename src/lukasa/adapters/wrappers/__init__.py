"""Language models with something added: each wraps a model and is one itself.

retried     what may pass is tried again
limited     so many requests at once, and a minute
priced      what a reply cost
recorded    replies kept in a file, and given again without a model
traced      OpenTelemetry spans
"""
