"""Following somebody else's clock: the estimator, what it hears as a value, and how to steer."""
