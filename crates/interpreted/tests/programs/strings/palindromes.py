for text in ("Never odd or even", "hello", "A man, a plan, a canal: Panama", ""):
    letters = [letter.lower() for letter in text if letter.isalnum()]
    print(repr(text), letters == letters[::-1], "".join(reversed(letters)))
