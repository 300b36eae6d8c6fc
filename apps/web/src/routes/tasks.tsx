/** What can be started, and what is wrong with task files. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactElement } from "react";
import type { Task, TaskFileProblem } from "../api.ts";
import { Empty, Loaded, Notice } from "../components/feedback.tsx";
import { useTitle } from "../components/title.ts";
import { TriggerTag, triggerText } from "../components/trigger.tsx";
import { plural } from "../format.ts";
import { tasksQuery } from "../queries.ts";

export function Tasks(): ReactElement {
  useTitle("Tasks");
  const query = useQuery(tasksQuery);
  return (
    <>
      <div className="page-head">
        <h1>Tasks</h1>
      </div>
      <Loaded query={query} what="tasks">
        {({ items, problems }) => (
          <>
            {problems.length > 0 && <Problems problems={problems} />}
            <div className="card">{items.length === 0 ? <NoTask /> : <TaskRows tasks={items} />}</div>
          </>
        )}
      </Loaded>
    </>
  );
}

function Problems({ problems }: { problems: readonly TaskFileProblem[] }): ReactElement {
  return (
    <section className="stack" aria-label="Problems of task files">
      <h2>{plural(problems.length, "problem")} in task files</h2>
      {problems.map((problem) => (
        <Notice tone="bad" key={`${place(problem)} ${problem.message}`}>
          <strong className="mono">{place(problem)}</strong>
          <span>{problem.message}</span>
          <span className="muted">{problem.mend}</span>
        </Notice>
      ))}
    </section>
  );
}

function TaskRows({ tasks }: { tasks: readonly Task[] }): ReactElement {
  return (
    <ul aria-label="Tasks">
      {tasks.map((task) => (
        <li key={task.name}>
          <TaskRow task={task} />
        </li>
      ))}
    </ul>
  );
}

function TaskRow({ task }: { task: Task }): ReactElement {
  return (
    <div className="item-row">
      <div>
        <div className="item-title">
          <Link to="/tasks/$name" params={{ name: task.name }}>
            {task.name}
          </Link>
          <span className="tag">{task.kind}</span>
          {task.triggers.map((trigger) => (
            <TriggerTag key={triggerText(trigger)} trigger={trigger} />
          ))}
        </div>
        <p>{task.description}</p>
      </div>
      <Link to="/tasks/$name" params={{ name: task.name }} className="button compact" aria-label={`Start ${task.name}`}>
        Start
      </Link>
    </div>
  );
}

function NoTask(): ReactElement {
  return (
    <Empty title="No task yet">
      <p>A file in the tasks folder is a task. Copy one of the examples, or begin with three lines:</p>
      <pre>{"# tasks/hello.yaml\ndescription: Say hello\nshell: echo hello"}</pre>
    </Empty>
  );
}

function place({ path, line, column }: TaskFileProblem): string {
  return [path, line, line === null ? null : column].filter((part) => part !== null).join(":");
}
