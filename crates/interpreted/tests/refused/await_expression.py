# expect: 2: async
async def outer():
    await inner()
