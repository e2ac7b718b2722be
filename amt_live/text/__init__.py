"""Words to vectors: the text encoder and what its embedding means to the model."""
