text = "The Quick brown FOX"
print(text.upper().lower(), text.swapcase().swapcase() == text, text.casefold(), text.lower().title(), text.upper().capitalize())
print("o'neil mc.donald 3rd".title(), "hELLO".capitalize(), "ß".capitalize(), "ŉa".title())
