"""Loops and branches in many shapes: the hits of their lines are compared with CPython's."""


def own():
    n = 0
    while n < 3:
        n += 1
    return n

def oneline():
    n = 0
    while n < 3: n += 1
    return n

def forever():
    n = 0
    while True:
        n += 1
        if n == 3:
            break
    return n

def with_continue():
    n = 0
    while n < 5:
        n += 1
        if n % 2:
            continue
        n += 1

def compound():
    n = 0
    while (n < 5
           and n < 4):
        n += 1

def forone():
    for i in range(3): i += 1
def forown():
    for i in range(3):
        i += 1
def two():
    n = 0
    while n < 3:
        n += 1; n = n
    else:
        n = 5
def whiletry():
    n = 0
    while n < 3:
        try:
            n += 1
        finally:
            n += 0
def nested():
    n = 0
    while n < 3:
        n += 1
        if n == 2:
            n = 2
def nested2():
    n = 0
    while n < 3:
        m = 0
        while m < 2:
            m += 1
        n += 1
    while n < 10:
        if n:
            n += 1
        else:
            n += 2
def nested3():
    for n in range(2):
        m = 0
        while m < 2:
            m += 1
def f0():
    while False:
        n = 1
    while 0: n = 2
def f1(n):
    while n:
        n -= 1
    while not n:
        n += 1
    while n < 3 or n < 5:
        n += 1
def listed():
    x = [i
         for i in range(3)
         if i]
    y = [i for i in range(3)]
    return (x,
            y)
def cond():
    a = 1 if 0 else 2
    if a == 1: a = 2
    elif a == 2: a = 3
    else: a = 4
    if (a == 1
        or a == 3):
        a = 4
    a = [1,
         2,
         a]
own(); oneline(); forever(); with_continue(); compound(); forone(); forown(); two(); whiletry(); nested(); nested2(); nested3(); f0(); f1(2); listed(); cond()
def raising():
    n = 0
    while n < 3:
        try:
            n += 1
            if n == 2:
                raise ValueError
        except ValueError:
            n += 0
        else:
            continue
        finally:
            n = n
def summed(n):
    return sum(i * i
               for i in range(n)
               if i)
def calls():
    for n in range(summed(3)):
        n = (
            calls_two(n)
            + calls_two(n))
def calls_two(n):
    return n
def only_break():
    while True:
        break
    while True:
        if 1:
            break
def loop_in_loop():
    for i in range(2):
        while True:
            i += 1
            if i > 3:
                break
            else:
                i += 1
def last_is_if(n):
    while n < 6:
        if n % 2:
            n += 1
        elif n % 3:
            n += 1
        else:
            n += 2
    while n < 9: n += 1; n += 0
    while n < 12:
        for _ in range(2):
            n += 1
    return n
raising(); calls(); only_break(); loop_in_loop(); last_is_if(0)
m = 0
while m < 2:
    m += 1
while m < 4: m += 1
def condition(n):
    while n < 2: n += 1
    return n < 3
def asks():
    n = 0
    while condition(n) and n < 3: n += 1
    while n < 0: n += 1
    for _ in range(2):
        while n < 5: n += 1
        n = 3
asks()
