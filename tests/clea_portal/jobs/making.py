from clea_portal.jobs import running


def order(owner, kind="copy", **words):
    return running.order(**({"kind": kind, "by": owner, "arguments": {"content": "twelve"}, "title": "My posters"} | words))


def done_job(owner, **words):
    job = order(owner, **words)
    running.run(job.pk)
    job.refresh_from_db()
    return job
