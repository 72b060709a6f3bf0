z = 3 - 4j
print(z.real, z.imag, z.conjugate(), abs(z), z.conjugate() * z)
print((5).real, (5).imag, (2.5).real, (2.5).imag, True.real, True.imag, (2.5).conjugate())
print((1j).real, (-0j).real, (-0j).imag, (0j).conjugate())
try:
    z.real = 1
except AttributeError as error:
    print(error)
