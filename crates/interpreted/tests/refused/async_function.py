# expect: 3: async
print("never")
async def work():
    return 1
