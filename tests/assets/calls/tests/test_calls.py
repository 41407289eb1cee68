"""One test for every way in which Python calls, with its true edges in its docstring.

``a -> b``: the function a called b. ``a ~> b``: through code that is not the project's. ``a => b``: a started the
thread or process in which b ran. ``a *> b``: the garbage collector called b. ``- ~> b``: no project code was on the
stack; the edge to the test itself is left out. What runs while a module is imported belongs to no test.
"""

import asyncio
import gc
import os
import sys
import threading

import pytest

from calls import iterators, linked, objects, parallel, plain, state


def test_function():
    """test_function -> leaf"""
    plain.leaf()


def test_decorated():
    """test_decorated -> wrapper; wrapper -> decorated; decorated -> leaf"""
    plain.decorated()


def test_nested_and_lambda():
    """test_nested_and_lambda -> nested; nested -> inner; inner -> leaf; nested -> <lambda>; <lambda> -> leaf"""
    plain.nested()


def test_default_was_made_at_import():
    """test_default_was_made_at_import -> defaults"""
    plain.defaults()


def test_sort_key():
    """test_sort_key -> by_c; by_c -> rank; rank -> leaf"""
    plain.by_c()


def test_map():
    """test_map -> mapped; mapped -> rank; rank -> leaf"""
    plain.mapped()


def test_partial():
    """test_partial -> partial; partial -> rank; rank -> leaf"""
    plain.partial()


def test_re_sub():
    """test_re_sub -> substituted; substituted ~> replace; replace -> leaf"""
    plain.substituted()


def test_recursion():
    """test_recursion -> recursive; recursive -> recursive; recursive -> leaf"""
    plain.recursive(3)


def test_exception_through_many_frames():
    """test_exception_through_many_frames -> raising; raising -> raising; test_exception_through_many_frames -> leaf"""
    with pytest.raises(ValueError):
        plain.raising(20)
    plain.leaf()


def test_sys_exit():
    """test_sys_exit -> leaving; leaving -> leaf"""
    with pytest.raises(SystemExit):
        plain.leaving()


def test_exec():
    """test_exec -> made_by_exec; made_by_exec ~> leaf"""
    plain.made_by_exec()


def test_symbolic_link():
    """test_symbolic_link -> leaf"""
    linked.leaf()


def test_changed_folder(tmp_path, monkeypatch):
    """test_changed_folder -> leaf"""
    monkeypatch.chdir(tmp_path)
    plain.leaf()


def test_methods():
    """
    test_methods -> __init__; test_methods -> method; method -> leaf; test_methods -> class_method
    class_method -> leaf; test_methods -> static_method; static_method -> leaf
    """
    thing = objects.Thing()
    thing.method()
    thing.class_method()
    thing.static_method()


def test_property():
    """test_property -> __init__; test_property -> value; value -> leaf"""
    thing = objects.Thing()
    thing.value = thing.value


def test_getattr():
    """test_getattr -> __init__; test_getattr -> __getattr__; __getattr__ -> leaf"""
    objects.Thing().missing


def test_descriptor():
    """test_descriptor -> __init__; test_descriptor -> __get__; __get__ -> leaf; test_descriptor -> __set__; __set__ -> leaf"""
    thing = objects.Thing()
    thing.described = thing.described


def test_operators():
    """
    test_operators -> __init__; test_operators -> __add__; __add__ -> leaf; test_operators -> __len__
    __len__ -> leaf; test_operators -> __contains__; __contains__ -> leaf; test_operators -> __getitem__
    __getitem__ -> leaf; test_operators -> __call__; __call__ -> leaf; test_operators -> __repr__; __repr__ -> leaf
    """
    thing = objects.Thing()
    thing + 1
    len(thing)
    1 in thing
    thing[0]
    thing()
    repr(thing)


def test_hash_and_equality():
    """
    test_hash_and_equality -> __init__; test_hash_and_equality -> __hash__; __hash__ -> leaf
    test_hash_and_equality -> __eq__; __eq__ -> leaf
    """
    {objects.Thing(): 1}[objects.Thing()]


def test_with():
    """test_with -> __init__; test_with -> __enter__; __enter__ -> leaf; test_with -> __exit__; __exit__ -> leaf"""
    with objects.Thing():
        pass


def test_init_subclass():
    """test_init_subclass -> New; test_init_subclass -> __init_subclass__; __init_subclass__ -> leaf"""

    class New(objects.Hooked):
        pass


def test_metaclass():
    """
    test_metaclass -> New; test_metaclass -> __new__; __new__ -> leaf; test_metaclass -> __call__; __call__ -> leaf
    """

    class New(metaclass=objects.Meta):
        pass

    New()


def test_set_name():
    """test_set_name -> New; test_set_name -> __set_name__; __set_name__ -> leaf"""

    class New:
        described = objects.Descriptor()


def test_template_method():
    """test_template_method -> template; template -> step; step -> step; step -> leaf"""
    objects.Child().template()


def test_context_manager_from_generator():
    """
    test_context_manager_from_generator ~> managed; managed -> leaf
    """
    with objects.managed():
        pass


def test_finalizer_in_a_cycle():
    """test_finalizer_in_a_cycle -> cycle_with_finalizer; test_finalizer_in_a_cycle ~> __del__; __del__ -> leaf"""
    gc.collect()
    gc.disable()
    objects.cycle_with_finalizer()
    gc.collect()
    gc.enable()


def test_weakref_callback():
    """test_weakref_callback -> cycle_with_weakref; test_weakref_callback ~> gone; gone -> leaf"""
    gc.collect()
    gc.disable()
    reference = objects.cycle_with_weakref()
    gc.collect()
    gc.enable()
    assert reference() is None


def test_generator():
    """test_generator -> numbers; numbers -> leaf"""
    list(iterators.numbers())


def test_generator_resumed_by_others():
    """test_generator_resumed_by_others -> consume; consume -> numbers; numbers -> leaf; test_generator_resumed_by_others -> numbers"""
    generator = iterators.numbers()
    iterators.consume(generator)
    list(generator)


def test_delegating_generator():
    """test_delegating_generator -> delegating; delegating -> numbers; numbers -> leaf"""
    list(iterators.delegating())


def test_throw_into_a_generator():
    """test_throw_into_a_generator -> guarded; guarded -> leaf"""
    generator = iterators.guarded()
    next(generator)
    generator.throw(ValueError())
    generator.close()


def test_close_a_generator():
    """test_close_a_generator -> guarded; guarded -> leaf"""
    generator = iterators.guarded()
    next(generator)
    generator.close()


def test_generator_expression():
    """test_generator_expression -> expression; expression -> <genexpr>; <genexpr> -> leaf"""
    iterators.expression()


def test_iterator():
    """test_iterator -> __iter__; test_iterator -> __next__; __next__ -> leaf"""
    list(iterators.Iterator())


def test_coroutine():
    """test_coroutine ~> awaiting; awaiting -> awaited; awaited -> leaf"""
    asyncio.run(iterators.awaiting())


def test_tasks():
    """test_tasks ~> gathering; test_tasks ~> awaited; awaited -> leaf"""
    asyncio.run(iterators.gathering())


def test_async_generator():
    """test_async_generator ~> iterating; iterating -> items; items -> leaf; iterating -> leaf"""
    asyncio.run(iterators.iterating())


def test_async_with():
    """
    test_async_with ~> managing; managing -> __aenter__; __aenter__ -> leaf; managing -> leaf
    managing -> __aexit__; __aexit__ -> leaf
    """
    asyncio.run(iterators.managing())


def test_thread():
    """test_thread -> in_thread; in_thread => work; work -> leaf"""
    parallel.in_thread()


def test_thread_class():
    """test_thread_class -> in_own_thread; in_own_thread => run; run -> leaf"""
    parallel.in_own_thread()


def test_thread_pool():
    """test_thread_pool -> in_thread_pool; in_thread_pool => work; work -> leaf"""
    parallel.in_thread_pool()


def test_timer():
    """test_timer -> in_timer; in_timer => work; work -> leaf"""
    parallel.in_timer()


def test_fork():
    """test_fork -> in_forked_child; in_forked_child -> work; work -> leaf"""
    parallel.in_forked_child()


def test_multiprocessing_fork():
    """test_multiprocessing_fork -> in_process; in_process ~> work; work -> leaf"""
    assert parallel.in_process("fork") == 0


def test_multiprocessing_spawn():
    """test_multiprocessing_spawn -> in_process; in_process => work; work -> leaf"""
    assert parallel.in_process("spawn") == 0


def test_process_pool():
    """test_process_pool -> in_process_pool; in_process_pool ~> work; work -> leaf"""
    parallel.in_process_pool()


def test_subprocess():
    """test_subprocess -> in_subprocess; in_subprocess => work; work -> leaf"""
    parallel.in_subprocess()


def test_subprocess_with_own_environment():
    """
    test_subprocess_with_own_environment -> in_subprocess_with_own_environment
    in_subprocess_with_own_environment => work; work -> leaf
    """
    parallel.in_subprocess_with_own_environment()


def test_killed_subprocess():
    """test_killed_subprocess -> in_killed_subprocess; in_killed_subprocess => work; work -> leaf"""
    assert parallel.in_killed_subprocess() == -9


def test_grandchild():
    """
    test_grandchild -> in_grandchild; in_grandchild -> in_subprocess; in_subprocess => in_subprocess
    in_subprocess => work; work -> leaf
    """
    parallel.in_grandchild()


def test_shell():
    """test_shell -> in_shell; in_shell => work; work -> leaf"""
    assert parallel.in_shell() == 0


def test_module_run():
    """test_module_run -> in_module_run; in_module_run => <module>; <module> -> main; main -> work; work -> leaf"""
    parallel.in_module_run()


def test_own_trace_function():
    """test_own_trace_function -> leaf"""  # the interpreter traces nothing while a trace function runs
    seen = []

    def note(frame, event, arg):
        seen.append(event)

    sys.settrace(note)
    assert sys.gettrace() is note
    plain.leaf()
    sys.settrace(None)
    plain.leaf()
    assert sys.gettrace() is None
    assert "call" in seen


def test_signal_handlers_and_limits_changed():
    """test_signal_handlers_and_limits_changed -> leaf"""
    import signal

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(limit + 500)
    plain.leaf()
    sys.setrecursionlimit(limit)


def test_standard_output_closed():
    """test_standard_output_closed -> leaf"""
    os.close(1)
    plain.leaf()
    os.dup2(2, 1)


def test_thread_left_behind():
    """test_thread_left_behind -> leaf"""
    threading.Thread(target=threading.Event().wait, daemon=True).start()
    plain.leaf()


@pytest.fixture
def value():
    yield state.resource()
    state.release()


def test_fixture(value):
    """- ~> value; value -> resource; resource -> leaf; value -> release; release -> leaf"""


@pytest.mark.parametrize("n", [0, 1])
def test_parameters(n):
    """test_parameters -> leaf"""
    plain.leaf()


class Base:
    def test_inherited(self):
        """- ~> setup_method; setup_method -> rank; rank -> leaf; test_inherited -> leaf"""
        plain.leaf()


class TestChild(Base):
    def setup_method(self):
        plain.rank(1)
