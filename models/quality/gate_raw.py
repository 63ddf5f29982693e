from quality.gate import judge


def model(dbt, session):
    build = dbt.ref("build")
    return judge(session, build.df().iloc[0], "raw")
