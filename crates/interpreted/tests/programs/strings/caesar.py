def shift(text, amount):
    alphabet = "abcdefghijklmnopqrstuvwxyz"
    result = []
    for letter in text:
        if letter in alphabet:
            result.append(alphabet[(alphabet.index(letter) + amount) % 26])
        elif letter.lower() in alphabet:
            result.append(alphabet[(alphabet.index(letter.lower()) + amount) % 26].upper())
        else:
            result.append(letter)
    return "".join(result)


print(shift("Attack at Dawn!", 3), shift(shift("Attack at Dawn!", 3), -3))
