data = {"a": [1, 2, 3], "b": (4, 5)}
print(f"{data['a'][-1]} {data['b'][0]:>4} {sum(data['a'])} {[x * x for x in data['a']]} {data.get('c')!r}")
print(f"{ 1 + 1 } {3 * (2 + 1)} {not True} {1 < 2 < 3} {1 if data else 2} {-5 % 3} {2 ** 10:,}")
print(f"{','.join(str(x) for x in data['a'])} {max(data['a'], key=lambda v: -v)} {dict(x=1)} {({1, 2})} {[*range(3)]}")
x = 3.0
print(f"{x=} {x = } {x=:.2f} {x*2=}")
print(f'{"a" "b"} {x:{10}.{2}f} {x!s:^9}|{x!r:<6}|')
