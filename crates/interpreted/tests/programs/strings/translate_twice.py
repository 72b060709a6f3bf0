letters = "abcdefghijklmnopqrstuvwxyz"
rotated = letters[13:] + letters[:13]
cipher = str.maketrans(letters + letters.upper(), rotated + rotated.upper())
secret = "Hello, World!".translate(cipher)
print(secret, secret.translate(cipher))
print("r-e-m-o-v-e".translate(str.maketrans("", "", "-aeiou")))
