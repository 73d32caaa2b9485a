"""What people read of a graded assignment: a feedback page for each student, a report on the class."""
