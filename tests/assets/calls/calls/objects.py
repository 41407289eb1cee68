import contextlib
import weakref


def leaf():
    return 1


class Descriptor:
    def __get__(self, instance, owner):
        return leaf()

    def __set__(self, instance, value):
        leaf()

    def __set_name__(self, owner, name):
        leaf()


class Thing:
    described = Descriptor()

    def __init__(self):
        self.items = [1]

    def method(self):
        return leaf()

    @classmethod
    def class_method(cls):
        return leaf()

    @staticmethod
    def static_method():
        return leaf()

    @property
    def value(self):
        return leaf()

    @value.setter
    def value(self, new):
        leaf()

    def __getattr__(self, name):
        return leaf()

    def __add__(self, other):
        return leaf()

    def __len__(self):
        return leaf()

    def __eq__(self, other):
        leaf()
        return True

    def __hash__(self):
        return leaf()

    def __contains__(self, item):
        return bool(leaf())

    def __getitem__(self, key):
        return leaf()

    def __call__(self):
        return leaf()

    def __enter__(self):
        leaf()
        return self

    def __exit__(self, *error):
        leaf()

    def __repr__(self):
        return str(leaf())


class Hooked:
    def __init_subclass__(cls, **options):
        leaf()


class Meta(type):
    def __new__(mcs, name, bases, scope):
        leaf()
        return super().__new__(mcs, name, bases, scope)

    def __call__(cls):
        leaf()
        return super().__call__()


class Base:
    def template(self):
        return self.step()

    def step(self):
        return 0


class Child(Base):
    def step(self):
        return super().step() + leaf()


class Dying:
    def __del__(self):
        leaf()


def gone(reference):
    leaf()


class Watched:
    pass


def cycle_with_finalizer():
    one, two = Dying(), Watched()
    one.other, two.other = two, one


def cycle_with_weakref():
    one = Watched()
    one.self = one
    return weakref.ref(one, gone)


@contextlib.contextmanager
def managed():
    leaf()
    yield
    leaf()
