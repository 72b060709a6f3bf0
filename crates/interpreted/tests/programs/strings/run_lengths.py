def encode(text):
    result = ""
    i = 0
    while i < len(text):
        j = i
        while j < len(text) and text[j] == text[i]:
            j += 1
        result += text[i] + (str(j - i) if j - i > 1 else "")
        i = j
    return result


print(encode("aaabccdddd"), repr(encode("")), encode("abc"), encode("zzzzzzzzzzzz"))
