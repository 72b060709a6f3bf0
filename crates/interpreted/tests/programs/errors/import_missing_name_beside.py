from beside_broken import inner, nothing
