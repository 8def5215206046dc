"""How does Grafana come by its dashboards?"""
