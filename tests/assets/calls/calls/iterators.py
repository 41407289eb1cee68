import asyncio


def leaf():
    return 1


def numbers():
    leaf()
    yield 1
    yield 2


def delegating():
    yield from numbers()


def consume(generator):
    return next(generator)


def guarded():
    try:
        yield 1
    except ValueError:
        leaf()
        yield 2
    finally:
        leaf()


def expression():
    return sum(leaf() for _ in range(2))


class Iterator:
    def __iter__(self):
        return self

    def __next__(self):
        leaf()
        raise StopIteration


async def awaited():
    await asyncio.sleep(0)
    return leaf()


async def awaiting():
    return await awaited()


async def gathering():
    return await asyncio.gather(awaited(), awaited())


async def items():
    yield leaf()


async def iterating():
    async for item in items():
        leaf()


class Manager:
    async def __aenter__(self):
        leaf()

    async def __aexit__(self, *error):
        leaf()


async def managing():
    async with Manager():
        leaf()
