big = 123456789 ** 5
print(big, str(big), repr(big), int(str(big)) == big, float(big), int(float(big)), complex(big), bool(big))
print(int("-" + "9" * 40), int("f" * 20, 16), int("0b" + "1" * 70, 0), int("zz" * 10, 36))
print("%d %s %x %o" % (big, big, big, big))
print(f"{big:,} {big:e} {big:x} {big:>50} {-big:_}")
