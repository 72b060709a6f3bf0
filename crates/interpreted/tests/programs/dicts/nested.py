config = {"server": {"host": "localhost", "ports": [80, 443]}, "debug": False}
config["server"]["ports"].append(8080)
config["server"]["name"] = "main"
config["debug"] = not config["debug"]
print(config)
for section, content in config.items():
    if isinstance(content, dict):
        for key, value in content.items():
            print(f"{section}.{key} = {value!r}")
    else:
        print(f"{section} = {content!r}")
