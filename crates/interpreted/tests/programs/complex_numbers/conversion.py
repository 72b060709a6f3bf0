print(complex(), complex(1), complex(1.5), complex(1, 2), complex(True), complex(1j, 2), complex(1j, 2j), complex(0, 1j))
print(complex("1"), complex("1+2j"), complex("-1.5e3-2j"), complex(" 3j "), complex("(1-1j)"), complex("j"), complex("-j"))
print(complex("inf"), complex("nan+infj"), complex("-inf-nanj"), complex("1e400j"), complex("1_0+2J"))
print(complex(real=1, imag=2), complex(imag=3), complex(1 + 2j, imag=1), complex(real=2.5))
