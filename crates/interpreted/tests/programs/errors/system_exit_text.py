print("before")
raise SystemExit("stopped for a reason")
