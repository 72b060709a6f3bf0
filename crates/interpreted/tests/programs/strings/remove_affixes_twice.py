for url in ("https://example.com/", "example.com", "https://", "/"):
    print(repr(url.removeprefix("https://").removesuffix("/")))
