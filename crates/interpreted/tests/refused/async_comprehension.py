# expect: 2: async
async def f(items):
    return [item async for item in items]
