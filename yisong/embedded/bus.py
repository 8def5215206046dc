"""How does a whole bus come up, and go down without leaving anything behind?"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from os import getpid
from pathlib import Path
from signal import SIGKILL, Signals
from typing import Self

from yisong.bootstrap import Bootstrap
from yisong.embedded import broker, database, jars, node, ports
from yisong.embedded.genesis import Profile, ensure_bus
from yisong.embedded.lock import HomeLock
from yisong.embedded.preparing import choose_ports, metrics_of, prepare
from yisong.embedded.processes import Processes, Program
from yisong.embedded.security import Security
from yisong.embedded.targets import forget_targets, save_targets
from yisong.embedded.waiting import until_answers
from yisong.home import AGENCIES, Home, Running
from yisong.kafka import topics
from yisong.kafka.declared import declared_topics
from yisong.kafka.rights import ADMIN
from yisong.postgres import migrate
from yisong.rulebook.model import BusProfile

Progress = Callable[[str], None]


class Bus:
    """
    A running embedded bus: a Kafka broker, a PostgreSQL server and, unless left out, four nodes with desks and clocks.

    Use it as a context manager. Whoever started it owns it: when that process ends, in whatever way, everything ends.
    """

    def __init__(self, home: Home, bus: BusProfile, processes: Processes, security: Security | None) -> None:
        """Take what :meth:`start` has prepared."""
        self.home = home
        self.profile = bus
        self._processes = processes
        self._stack = ExitStack()
        self._ports = choose_ports(home.run / "ports.json")
        self._security = security
        self._passwords = database.passwords(home.passwords)
        self._pids: dict[str, int] = {}
        self._classpath: tuple[Path, ...] = ()
        self._heartbeats = False
        self.running = self._describe(ready=False, nodes=False)

    @classmethod
    def start(  # noqa: PLR0913 (each is a choice of the caller's own)
        cls,
        home: Home,
        *,
        nodes: bool = True,
        gateways: bool = False,
        profile: Profile = "demo",
        secure: bool = False,
        heartbeats: bool = False,
        progress: Progress | None = None,
    ) -> Self:
        """
        Bring the bus of *home* up, and return when it answers; the first start makes the bus.

        *gateways*: with *nodes*, one for each agency too. *secure*: Kafka and PostgreSQL over TLS, and nobody lets in
        whom it does not know; a bus that was made so is always started so. *heartbeats*: each node says once a minute
        that it lives.

        :raises WorldFault: something could not be fetched or started.
        :raises WiringFault: the home is broken or in use.
        """
        say = progress or _silent
        with ExitStack() as stack:
            prepare(home)
            lock = HomeLock(home.run)
            stack.callback(lock.release)
            stack.callback(forget_targets, home)
            bus = ensure_bus(home, profile=profile)
            security = Security.of(home, bus=bus.name, asked_for=secure)
            processes = Processes(log=home.logs / "keeper.log", hand_down=(lock.descriptor,))
            stack.push(processes)
            self = cls(home, bus, processes, security)
            stack.callback(ports.release, self._ports.values())
            self._heartbeats = heartbeats
            self._start_servers(say)
            self._start_nodes(say, nodes=nodes)
            if nodes and gateways:
                self.start_gateways(say)
            self._stack = stack.pop_all()
        return self

    def stop(self) -> None:
        """Stop everything, the nodes first; returns when nothing is left."""
        self._stack.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start_node(self, agency: str) -> None:
        """Start the node of *agency* and wait until it is well."""
        self._launch(node.program(self.home, agency, log=self._log(node.name(agency))))
        self._await(node.name(agency), agency)

    def stop_node(self, agency: str, *, how: Signals = Signals.SIGTERM) -> None:
        """Stop the node of *agency*, by SIGTERM unless *how* says otherwise."""
        self._processes.stop(node.name(agency), how=how)

    def kill_node(self, agency: str) -> None:
        """Kill the node of *agency* with SIGKILL, as a crash would."""
        self.stop_node(agency, how=SIGKILL)

    def start_desk(self, agency: str) -> None:
        """Start the desk of *agency* and wait until it reads its inbox."""
        self._launch(node.desk_program(self.home, agency, log=self._log(node.desk_name(agency))))
        self._await(node.desk_name(agency), node.desk_name(agency))

    def stop_desk(self, agency: str, *, how: Signals = Signals.SIGTERM) -> None:
        """Stop the desk of *agency*, by SIGTERM unless *how* says otherwise."""
        self._processes.stop(node.desk_name(agency), how=how)

    def kill_desk(self, agency: str) -> None:
        """Kill the desk of *agency* with SIGKILL, as a crash would."""
        self.stop_desk(agency, how=SIGKILL)

    def start_gateway(self, agency: str, *, rate: float | None = None, public_docket: bool = False) -> str:
        """
        Start the gateway of *agency*, wait until it answers, and return its address.

        *rate*: requests a second that one account may make; 0 = any number. *public_docket*: everybody may read it.
        """
        name = node.gateway_name(agency)
        log = self._log(name)
        self._launch(node.gateway_program(self.home, agency, log=log, rate=rate, public_docket=public_docket))
        self._await(name, name)
        return self._address(agency)

    def start_gateways(self, progress: Progress | None = None) -> dict[str, str]:
        """Start the gateways of all four agencies side by side, and return their addresses once they answer."""
        say = progress or _silent
        say("starting the four gateways")
        for agency in AGENCIES:
            self._launch(node.gateway_program(self.home, agency, log=self._log(node.gateway_name(agency))))
        for agency in AGENCIES:
            self._await(node.gateway_name(agency), node.gateway_name(agency))
            say(f"the gateway of {agency} answers at {self._address(agency)}")
        return {agency: self._address(agency) for agency in AGENCIES}

    def stop_gateway(self, agency: str, *, how: Signals = Signals.SIGTERM) -> None:
        """Stop the gateway of *agency*, by SIGTERM unless *how* says otherwise."""
        self._processes.stop(node.gateway_name(agency), how=how)

    def start_clocks(self) -> None:
        """Start the clocks of all four agencies."""
        self._launch(node.clocks_program(self.home, log=self._log(node.CLOCKS), heartbeats=self._heartbeats))

    def stop_clocks(self, *, how: Signals = Signals.SIGTERM) -> None:
        """Stop the clocks of all four agencies, by SIGTERM unless *how* says otherwise."""
        self._processes.stop(node.CLOCKS, how=how)

    def kill_broker(self) -> None:
        """Kill the broker with SIGKILL, as a crash would."""
        self._processes.stop(broker.NAME, how=SIGKILL)

    def start_broker(self) -> None:
        """Start the broker again, on its own port, and wait until it answers."""
        properties, bootstrap = self._broker_properties(), self._as_admin()
        log = self._log(broker.NAME)
        self._launch(broker.program(properties, classpath=self._classpath, log=log))
        until_answers(self._processes, broker.NAME, lambda: broker.answers(bootstrap), log=log)

    def stop_database(self, *, how: Signals = Signals.SIGINT) -> None:
        """Stop PostgreSQL, with the databases of all four nodes: in good order unless *how* says otherwise."""
        self._processes.stop(database.NAME, how=how)

    def start_database(self) -> None:
        """Start PostgreSQL again, on its own port, and wait until it answers."""
        data, log = self.home.data / database.NAME, self._log(database.NAME)
        owner, tls = self._dsn(database.OWNER, "postgres"), None if self._security is None else self._security.tls
        self._launch(database.program(data, port=self._ports[database.NAME], log=log, tls=tls))
        until_answers(self._processes, database.NAME, lambda: database.answers(owner), log=log)

    def code(self, name: str) -> int | None:
        """Return the exit code of a process of the bus (``kafka``, ``node-police`` …); None while it runs."""
        return self._processes.code(name)

    def _start_servers(self, say: Progress) -> None:
        # Each of the two waits mostly for itself, so they start side by side.
        with ThreadPoolExecutor(max_workers=2) as pool:
            started = pool.submit(self._start_broker, say), pool.submit(self._start_database, say)
            try:
                for future in started:
                    future.result()
            except BaseException:
                self._processes.close()  # so that the other one stops waiting
                raise

    def _start_broker(self, say: Progress) -> None:
        self._classpath = jars.classpath(progress=say)
        data = self.home.data / broker.NAME
        say(f"starting Apache Kafka {jars.KAFKA_VERSION}")
        password = None if self._security is None else self._security.admin_password
        broker.format_storage(self._broker_properties(), data, classpath=self._classpath, admin_password=password)
        self.start_broker()
        with topics.admin(self._as_admin()) as client:
            topics.apply(topics.plan(declared_topics(self.profile, brokers="embedded"), client), client)
        if self._security is not None:
            self._security.tell_broker(self._security.admin(self._address_of_broker()))
        say("Kafka answers; every topic is as topics.yaml declares it")

    def _start_database(self, say: Progress) -> None:
        say("starting PostgreSQL")
        data, password = self.home.data / database.NAME, self._passwords[database.OWNER]
        database.initialise(data, password=password, secured=self._security is not None)
        self.start_database()
        database.ensure_databases(self._dsn(database.OWNER, "postgres"), self._passwords)
        for agency in AGENCIES:
            migrate(self.running.admin_dsn[agency], agency)
        say("PostgreSQL answers; four databases are up to date")

    def _start_nodes(self, say: Progress, *, nodes: bool) -> None:
        self._save(ready=not nodes, nodes=nodes)
        if not nodes:
            return
        say("starting the four nodes and their desks")
        for agency in AGENCIES:
            self._launch(node.program(self.home, agency, log=self._log(node.name(agency))))
        for agency in AGENCIES:
            self._launch(node.desk_program(self.home, agency, log=self._log(node.desk_name(agency))))
        self.start_clocks()
        for agency in AGENCIES:
            self._await(node.name(agency), agency)
            self._await(node.desk_name(agency), node.desk_name(agency))
            say(f"node and desk of {agency} are well")
        self._await(node.CLOCKS, node.CLOCKS)
        self._save(ready=True, nodes=True)

    def _address(self, agency: str) -> str:
        return f"http://{ports.LOOPBACK}:{self._ports[node.gateway_name(agency)]}"

    def _await(self, name: str, listens_as: str) -> None:
        port = self._ports[listens_as]
        until_answers(self._processes, name, lambda: node.healthy(port), log=self._log(name))

    def _launch(self, program: Program) -> None:
        if program.name in self._pids and self._processes.code(program.name) is None:
            self._processes.stop(program.name)  # the keeper knows one process a name: another would outlive the bus
        self._pids[program.name] = self._processes.start(program)
        if self.running.ready:
            self._save(ready=True, nodes=self.running.nodes)

    def _save(self, *, ready: bool, nodes: bool) -> None:
        self.running = self._describe(ready=ready, nodes=nodes)
        self.home.save_running(self.running)
        save_targets(self.home, self.running, bus=self.profile.name)

    def _describe(self, *, ready: bool, nodes: bool) -> Running:
        running = Running(
            bootstrap=self._address_of_broker(),
            dsn={agency: self._dsn(database.service_role(agency), database.database(agency)) for agency in AGENCIES},
            admin_dsn={agency: self._dsn(database.OWNER, database.database(agency)) for agency in AGENCIES},
            metrics={agency: self._ports[agency] for agency in AGENCIES},
            desks={agency: self._ports[node.desk_name(agency)] for agency in AGENCIES},
            pids={**self._pids, "keeper": self._processes.keeper_pid},
            pid=getpid(),
            ready=ready,
            nodes=nodes,
            clocks=self._ports[node.CLOCKS],
            gateways={agency: self._ports[node.gateway_name(agency)] for agency in AGENCIES},
            gateway_metrics={agency: self._ports[metrics_of(node.gateway_name(agency))] for agency in AGENCIES},
        )
        return self.home.as_user(running)

    def _dsn(self, role: str, name: str) -> str:
        ca = None if self._security is None else self._security.ca
        return database.dsn(role, self._passwords[role], name=name, port=self._ports[database.NAME], ca=ca)

    def _broker_properties(self) -> Path:
        data = self.home.data / broker.NAME
        tls = None if self._security is None else self._security.tls
        return broker.configure(data, port=self._ports[broker.NAME], controller_port=self._ports["controller"], tls=tls)

    def _address_of_broker(self) -> str:
        return f"{ports.LOOPBACK}:{self._ports[broker.NAME]}"

    def _as_admin(self) -> Bootstrap:
        """Return the broker for whoever makes its topics."""
        return self.home.broker(self._address_of_broker(), ADMIN)

    def _log(self, name: str) -> Path:
        return self.home.logs / f"{name}.log"


def _silent(_: str) -> None:
    """Say nothing."""
